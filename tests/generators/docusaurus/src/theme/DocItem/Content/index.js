import React from 'react';
import Content from '@theme-original/DocItem/Content';
import {useDoc} from '@docusaurus/plugin-content-docs/client';

export default function ContentWithNotice(props) {
  const {notice} = useDoc().frontMatter;
  return (
    <>
      {notice && <p className="notice">{notice}</p>}
      <Content {...props} />
    </>
  );
}
